"""The search for a company's website. A site is used only after its pages prove that it is the company's."""
