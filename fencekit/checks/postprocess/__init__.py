"""What happens to each report before it is shown: waivers, masking, bounds."""
