"""Ground floor: shapes, costs, index maps, conventions, registries; exact integers only."""
