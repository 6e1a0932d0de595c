"""Files of the register: CSV, archives and workbooks, brought into one form."""
