"""What people call an industry, and the codes of Singapore's classification (SSIC) that are meant by it."""
