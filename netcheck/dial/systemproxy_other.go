//go:build !windows && !darwin

package dial

import "context"

// proxySetting names where a proxy comes from.
const proxySetting = "HTTPS_PROXY"

// readSettings knows nothing beside the environment here.
func readSettings(context.Context) settings { return settings{} }
