"""What the page of the outcomes costs, of a small study and of one of a thousand patients."""
