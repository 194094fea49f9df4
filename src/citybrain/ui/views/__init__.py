"""Pages of the design system: preferences, gallery, accessibility statement."""
