"""The sections of a stack's configuration, as they stand in `Pulumi.<stack>.yaml`.

Pure: no file, no environment, no Pulumi. `components.settings` reads them; `components.docgen` documents them. A check
that spans two fields sits on the later one, so that it is reported with that field's path, together with every other
error.
"""
