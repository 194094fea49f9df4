"""From a certificate's facts to a sealed PDF: fonts, layouts, square code, signature, storage."""
