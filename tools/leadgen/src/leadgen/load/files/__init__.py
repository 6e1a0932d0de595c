"""Files of the register: CSV, archives and workbooks, converted to one form."""
