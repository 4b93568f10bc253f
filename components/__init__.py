"""What the platform is made of: typed ComponentResources and the settings that size them."""
