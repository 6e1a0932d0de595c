"""`leadgen audit`: proves from tables and topics that nothing was lost and nothing was done twice."""
