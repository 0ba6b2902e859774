package web

import _ "github.com/coder/websocket"
