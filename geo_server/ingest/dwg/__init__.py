"""DWG in: the same plain values of a drawing as DXF gives, so that all that follows is shared. The only package that
knows dwg2geo and ezdwg."""
