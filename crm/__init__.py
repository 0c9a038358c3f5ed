"""The manufacturer's CRM core: territories, catalogue, accounts, identity, projects, opportunities, activities."""
