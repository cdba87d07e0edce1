"""What every report passes on its way out: waivers, masking, bounds."""
