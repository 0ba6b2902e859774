package widgets

import _ "github.com/skip2/go-qrcode"
