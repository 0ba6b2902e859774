package dial

import (
	"context"
	"sync"

	"github.com/mattn/go-ieproxy"
)

// proxySetting names where a proxy comes from.
const proxySetting = "HTTPS_PROXY, or the proxy settings of Windows"

// reloading guards go-ieproxy, which keeps what it read in a variable of its own.
var reloading sync.Mutex

// readSettings reads the settings of WinINet and WinHTTP.
func readSettings(context.Context) settings {
	reloading.Lock()
	defer reloading.Unlock()
	conf := ieproxy.ReloadConf()
	s := staticSettings(conf.Static.Active, conf.Static.Protocols, conf.Static.NoProxy)
	if conf.Automatic.Active {
		s.script = conf.Automatic.PreConfiguredURL
	}
	return s
}
