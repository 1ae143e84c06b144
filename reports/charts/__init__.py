"""The pictures of the audit report: frozen values in; a drawing, rows and sentences out. In English only so far."""
