"""The design system: tokens, components, layouts, gallery. Has no tables and knows no room."""
