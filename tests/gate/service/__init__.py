"""Tests of the gate as a service."""
