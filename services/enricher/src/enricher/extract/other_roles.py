"""Words for the roles of other companies: a supplier, a landlord, a bank."""

import re

ROLES = (
    r"suppliers?|principals?|land ?lords?|neighbours?|bankers?|banks?|auditors?|lawyers?|solicitors?|insurers?|brokers?"
    r"|agents?|agenc(?:y|ies)|distributors?|dealers?|resellers?|stockists?|importers?|wholesalers?|carriers?|hauliers?"
    r"|franchisees?|licensors?|tenants?|contractors?"
    r"|sub-?contractors?|makers?|manufacturers?|partners?|affiliates?|associates?|sister compan(?:y|ies)"
    r"|parent compan(?:y|ies)|holding compan(?:y|ies)|sponsors?|funders?|owners?|couriers?|caterers?|vendors?"
    r"|customers?|clients?|collaborators?|chambers?|regulators?|authorit(?:y|ies)|ombudsm[ae]n|hosts?|printers?"
    r"|chamber of commerce|ejen|wakil|pembekal|pelanggan|kammer|bank(?:verbindung)?|vertreter|vertretung"
    r"|lieferant(?:en)?|médiateur|hébergeur|assureur|fournisseur|banque|imprimeur|leverancier|kweker|verzekeraar|rekanan"
    r"|mitra|hausbank|versicherung|versicherer|aufsichtsbehörde|brands?"
)
ROLE = re.compile(rf"\b(?:{ROLES})\b", re.IGNORECASE)
