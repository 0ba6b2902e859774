package dial

import _ "github.com/mattn/go-ieproxy"
