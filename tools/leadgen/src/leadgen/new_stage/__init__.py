"""`leadgen new-stage`: writes a service that handles one kind of event, and enters it in the lists of services."""
