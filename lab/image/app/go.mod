module cartorio/app

go 1.26.0
