"""Facts of a company's profile: certificates, customers, figures, open roles, news, names, and software."""
