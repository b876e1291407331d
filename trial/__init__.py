"""The trial: maintenance intravenous immunoglobulin in multifocal motor neuropathy."""
