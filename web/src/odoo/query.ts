/** The key of the query for the tenant's Odoo connection. */
export const KEY = ["odoo"];
