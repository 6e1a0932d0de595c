/** Numbers, dates and names as people read them: in the browser's locale, times in Singapore's, which is named. */

export const SINGAPORE = "Asia/Singapore";

const whole = new Intl.NumberFormat();
const short = new Intl.NumberFormat(undefined, { notation: "compact", maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const signed = new Intl.NumberFormat(undefined, {
  minimumFractionDigits: 3,
  maximumFractionDigits: 3,
  signDisplay: "exceptZero",
});
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeZone: SINGAPORE });
const night = new Intl.DateTimeFormat(undefined, {
  weekday: "short",
  day: "numeric",
  month: "short",
  timeZone: SINGAPORE,
});
const moment = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short", timeZone: SINGAPORE });

export const count = (value: number): string => whole.format(value);
export const compact = (value: number): string => short.format(value);
export const score = (value: number): string => hundredths.format(value);
export const change = (value: number): string => signed.format(value);
export const percent = (value: number): string => `${whole.format(Math.round(value * 100))} %`;
export const date = (value: string | Date): string => day.format(new Date(value));
/** A night's date, such as `2026-11-30`, which has no time and no zone of its own. */
export const nightDate = (value: string): string => night.format(new Date(`${value}T12:00:00+08:00`));
export const time = (value: string | Date): string => `${moment.format(new Date(value))} SGT`;

export function milliseconds(value: number): string {
  return value < 1000 ? `${whole.format(Math.round(value))} ms` : `${hundredths.format(value / 1000)} s`;
}

/** The time between two moments: "12 s", "4 min", "2 h 5 min". */
export function duration(from: string, to: string): string {
  const seconds = Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 1000));
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${count(seconds)} s`;
  if (minutes < 60) return `${count(minutes)} min`;
  return [`${count(Math.floor(minutes / 60))} h`, minutes % 60 > 0 && `${minutes % 60} min`].filter(Boolean).join(" ");
}

/** "1 company", "2 companies". */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** The text with a capital at its beginning. */
export const capitalised = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** Titles of the register are in capitals, or in small letters; in running text the first letter alone is a capital. */
export function sentenceCase(text: string): string {
  return text.charAt(0).toUpperCase() + (/[a-z]/.test(text) ? text.slice(1) : text.slice(1).toLowerCase());
}

/** `no_connection` as "No connection". */
export function words(code: string): string {
  return capitalised(code.replaceAll("_", " "));
}

const VENDORS: Record<string, string> = {
  openai: "OpenAI",
  openai_wording: "OpenAI, for reasons in words",
  zerobounce: "ZeroBounce",
  lusha: "Lusha",
  tavily: "Tavily",
};

/** A vendor by its own spelling. */
export const vendorName = (code: string): string => VENDORS[code] ?? words(code);

/** Company names in capitals, with each word's first letter kept: "ACME PTE. LTD." as "Acme Pte. Ltd.", and "LLP" as it is. */
export function companyName(name: string): string {
  if (/[a-z]/.test(name)) return name;
  return name
    .toLowerCase()
    .replace(/(^|[\s\-(&/.'])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase())
    .replace(ABBREVIATION, (word) => word.toUpperCase());
}

/** Words without a vowel, such as LLP or NTT, are read letter by letter; these are not. */
const ABBREVIATION = /(?<![\p{L}\p{N}'])(?!(?:Ltd|Pvt|Bhd|Sdn|St|Dr|Mr|Mrs|Ms|Jr|Sr|Mt|Ng|Rd|Th)(?!\p{L}))[^\P{L}AEIOUYaeiouy]{2,4}(?!\p{L})/gu;

/** The address of a page, if it is one that a link may lead to. */
export function webAddress(text: string | null | undefined): string | null {
  if (!text) return null;
  try {
    const url = new URL(/^[a-z]+:/i.test(text) ? text : `https://${text}`);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}

/** A bucket as it is shown. With a confidence of 0 no scoring criterion is known, and the score is an average company's. */
export function bucketShown(bucket: string, confidence: number | null | undefined): string {
  return confidence === 0 ? "Unknown" : bucket;
}
