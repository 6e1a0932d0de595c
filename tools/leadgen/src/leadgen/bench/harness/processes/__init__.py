"""Parts of the product that run as processes while they are measured."""
