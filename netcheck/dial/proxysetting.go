package dial

import (
	"context"
	"net/url"

	"golang.org/x/net/http/httpproxy"
)

// Where a proxy setting comes from.
const (
	FromEnvironment = "environment" // HTTPS_PROXY
	FromSystem      = "system"      // the settings of Windows or macOS
)

// ProxySetting is what this computer's settings say about the proxy for one target.
type ProxySetting struct {
	Proxy    *url.URL // the one to go through, with its credentials; nil for none
	From     string   // where a proxy or a script is named: FromEnvironment, FromSystem; "" if neither is
	Excepted bool     // a proxy is named, and not for this target
	Script   string   // URL of a script (PAC) that finds the proxy, without what may be secret in it; it is never run
}

// SettingFor reads the setting for a target, given as host:port, as SystemProxy does. The error is a *netcheck.Failure for a
// setting that can not be used.
func SettingFor(ctx context.Context, hostport string) (ProxySetting, error) {
	ctx, cancel := context.WithTimeout(ctx, settingsTimeout)
	defer cancel()
	return settingFrom(httpproxy.FromEnvironment(), func() settings { return readSettings(ctx) }, hostport)
}

// settingFrom is SettingFor for given settings.
func settingFrom(env *httpproxy.Config, system func() settings, hostport string) (ProxySetting, error) {
	named, from := settings{proxy: env.HTTPSProxy}, FromEnvironment
	if named.proxy == "" {
		named, from = system(), FromSystem
	}
	if named.proxy == "" {
		if named.script == "" {
			return ProxySetting{}, nil
		}
		return ProxySetting{From: from, Script: shownScript(named.script)}, nil
	}
	asked := &Dialer{Proxy: func(hostport string) (*url.URL, error) {
		return proxyFrom(env, func() settings { return named }, hostport)
	}}
	proxy, err := asked.ProxyTo(hostport)
	return ProxySetting{Proxy: proxy, From: from, Excepted: proxy == nil && err == nil}, err
}
