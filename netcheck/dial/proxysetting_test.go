package dial

import (
	"errors"
	"strings"
	"testing"

	"golang.org/x/net/http/httpproxy"

	"echopath/netcheck"
)

func TestSettingFrom(t *testing.T) {
	const target = "turn.example.com:443"
	tests := []struct {
		name   string
		env    httpproxy.Config
		system settings
		target string
		proxy  string
		want   ProxySetting // but for Proxy
		code   netcheck.ReasonCode
	}{
		{name: "nothing"},
		{name: "environment", env: httpproxy.Config{HTTPSProxy: "http://env:8080"}, system: settings{proxy: "sys:3128"}, proxy: "http://env:8080", want: ProxySetting{From: FromEnvironment}},
		{name: "environment, excepted", env: httpproxy.Config{HTTPSProxy: "env:8080", NoProxy: ".example.com"}, want: ProxySetting{From: FromEnvironment, Excepted: true}},
		{name: "system", system: settings{proxy: "sys:3128", script: "http://wpad/x.pac"}, proxy: "http://sys:3128", want: ProxySetting{From: FromSystem}},
		{name: "system, excepted", system: settings{proxy: "sys:3128", exceptions: []string{"*.example.com"}}, want: ProxySetting{From: FromSystem, Excepted: true}},
		{name: "system, excepted by NO_PROXY", env: httpproxy.Config{NoProxy: "example.com"}, system: settings{proxy: "sys:3128"}, want: ProxySetting{From: FromSystem, Excepted: true}},
		{name: "loopback", env: httpproxy.Config{HTTPSProxy: "env:8080"}, target: "127.0.0.1:443", want: ProxySetting{From: FromEnvironment, Excepted: true}},
		{name: "script", system: settings{script: "http://u:s3cret@wpad.example.com/proxy.pac?key=s3cret"}, want: ProxySetting{From: FromSystem, Script: "http://wpad.example.com/proxy.pac"}},
		{name: "script, with a proxy of the environment", env: httpproxy.Config{HTTPSProxy: "env:8080"}, system: settings{script: "http://wpad/x.pac"}, proxy: "http://env:8080", want: ProxySetting{From: FromEnvironment}},
		{name: "no URL", env: httpproxy.Config{HTTPSProxy: "http://u:s3cret@%zz"}, want: ProxySetting{From: FromEnvironment}, code: netcheck.ReasonProxyRefused},
		{name: "SOCKS", env: httpproxy.Config{HTTPSProxy: "socks5://env:1080"}, want: ProxySetting{From: FromEnvironment}, code: netcheck.ReasonProxyRefused},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.target == "" {
				tt.target = target
			}
			got, err := settingFrom(&tt.env, func() settings { return tt.system }, tt.target)
			proxy := ""
			if got.Proxy != nil {
				proxy = got.Proxy.String()
			}
			got.Proxy = nil
			if proxy != tt.proxy || got != tt.want {
				t.Errorf("got %q, %+v; want %q, %+v", proxy, got, tt.proxy, tt.want)
			}
			var f *netcheck.Failure
			if errors.As(err, &f) != (tt.code != "") || f != nil && (f.Code != tt.code || strings.Contains(f.Error(), "s3cret")) {
				t.Errorf("error %v", err)
			}
		})
	}
}
