"""Who may do what where: users, sites, memberships, roles, and the one way to reach a patient's data."""
