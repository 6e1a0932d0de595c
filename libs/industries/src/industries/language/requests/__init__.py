"""Recognition of requests for companies by the shape of a sentence."""
