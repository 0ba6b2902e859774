package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// Process runs Main with the arguments, streams and signals of this process, and gives its exit code. The first Ctrl-C or
// SIGTERM stops the measurement; after it the signals have their usual effect, so that a second one ends the process at once.
func Process(deps Deps) int {
	ctx, restore := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer restore()
	defer context.AfterFunc(ctx, restore)()
	return Main(ctx, deps, os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv)
}
