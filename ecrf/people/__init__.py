"""The administrator's pages: people, roles, sites, who had access on which day. No study data on any of them."""
