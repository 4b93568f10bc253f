"""`cartorio up`: an update that was shown, approved where it must be, and written down."""
