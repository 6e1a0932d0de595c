"""`leadgen new-stage`: writes a service that handles one kind of event, and adds it to the lists of services."""
