// Command coredns is CoreDNS with the plugins that the DNS of a Kubernetes cluster needs: all of them together take minutes to build.
package main

import (
	"github.com/coredns/coredns/core/dnsserver"
	"github.com/coredns/coredns/coremain"
	_ "github.com/coredns/coredns/plugin/cache"
	_ "github.com/coredns/coredns/plugin/errors"
	_ "github.com/coredns/coredns/plugin/health"
	_ "github.com/coredns/coredns/plugin/kubernetes"
	_ "github.com/coredns/coredns/plugin/ready"
	_ "github.com/coredns/coredns/plugin/reload"
)

func init() {
	// The order in which they are asked is this, not that of the Corefile.
	dnsserver.Directives = []string{"reload", "ready", "health", "errors", "cache", "kubernetes"}
}

func main() {
	coremain.Run()
}
