// Runs Trivy's checks over a folder of Kubernetes' manifests, or over one of plans of Terraform as JSON, and prints those that failed.
//
//	trivy-checks kubernetes|terraformplan FOLDER
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/aquasecurity/trivy/pkg/iac/rego"
	_ "github.com/aquasecurity/trivy/pkg/iac/rules"
	"github.com/aquasecurity/trivy/pkg/iac/scanners"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/kubernetes"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/options"
	"github.com/aquasecurity/trivy/pkg/iac/scanners/terraformplan/tfjson"
)

type finding struct {
	ID      string `json:"id"`
	Summary string `json:"summary"`
	Where   string `json:"where"`
}

type report struct {
	Passed int       `json:"passed"`
	Failed []finding `json:"failed"`
}

func main() {
	if len(os.Args) != 3 {
		fail(fmt.Errorf("usage: %s kubernetes|terraformplan FOLDER", os.Args[0]))
	}
	scan, times := scannerFor(os.Args[1])
	out := report{Failed: []finding{}}
	known := map[finding]bool{}
	for range times {
		results, err := scan().ScanFS(context.Background(), os.DirFS(os.Args[2]), ".")
		if err != nil {
			fail(err)
		}
		out.Passed = len(results.GetPassed())
		for _, result := range results.GetFailed() {
			found := finding{result.Rule().ID, result.Rule().Summary, result.Metadata().Reference()}
			if !known[found] {
				known[found] = true
				out.Failed = append(out.Failed, found)
			}
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(out); err != nil {
		fail(err)
	}
}

// What makes a scanner of a kind, and how many scans it takes until all is seen.
func scannerFor(kind string) (func() scanners.FSScanner, int) {
	embedded := []options.ScannerOption{rego.WithEmbeddedPolicies(true), rego.WithEmbeddedLibraries(true)}
	switch kind {
	case "kubernetes":
		return func() scanners.FSScanner { return kubernetes.NewScanner(embedded...) }, 1
	case "terraformplan":
		// What Trivy makes of a plan has its arguments in the order of Go's maps, and whether it finds the security group that a rule
		// belongs to depends on that: it sees the rules of one in three scans or so.
		return func() scanners.FSScanner { return tfjson.New(embedded...) }, 12
	}
	fail(fmt.Errorf("what is %s? It knows kubernetes and terraformplan", kind))
	return nil, 0
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(2)
}
