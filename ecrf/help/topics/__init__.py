"""What one can do on a page, and what undoes a mistake there: a few short lines for each page of the product."""
