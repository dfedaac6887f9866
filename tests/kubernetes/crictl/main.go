// A stand-in for crictl, which Debian does not have: the part of it that kubeadm
// 1.20 and the tests use. It speaks CRI itself, because only the runtime can stop a
// pod completely (its network included); killing its processes with ctr cannot.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io/ioutil"
	"net"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/golang/protobuf/jsonpb"
	"github.com/golang/protobuf/proto"
	"google.golang.org/grpc"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1alpha2"
)

var version = "unknown"

const usage = `usage: crictl [-r ENDPOINT] [-t TIMEOUT] COMMAND [OPTION ...] [ARGUMENT ...]
  version  info
  images [-q] [-o json] [NAME]   pull IMAGE   inspecti IMAGE ...   rmi IMAGE ...
  pods [-q] [-o json] [--name N] [--namespace N] [--state ready|notready] [--label K=V]
  stopp POD ...   rmp [-f] [-a] [POD ...]   inspectp POD ...
  ps [-a] [-q] [-o json] [--name N] [--pod POD] [--state S] [--label K=V]
  stop CONTAINER ...   rm [-f] [-a] [CONTAINER ...]   inspect CONTAINER ...
  logs [--tail N] CONTAINER   exec CONTAINER COMMAND ...
`

type client struct {
	ctx     context.Context
	runtime cri.RuntimeServiceClient
	images  cri.ImageServiceClient
}

func main() {
	global := flag.NewFlagSet("crictl", flag.ExitOnError)
	global.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	endpoint := defaultEndpoint()
	stringFlag(global, &endpoint, "r", "runtime-endpoint")
	var ignored string
	stringFlag(global, &ignored, "i", "image-endpoint", "c", "config")
	timeout := "2m"
	stringFlag(global, &timeout, "t", "timeout")
	var debug, showVersion bool
	boolFlag(global, &debug, "D", "debug")
	boolFlag(global, &showVersion, "v", "version")
	_ = global.Parse(os.Args[1:])
	if showVersion {
		fmt.Println("crictl version", version)
		return
	}
	if global.NArg() == 0 {
		global.Usage()
		os.Exit(2)
	}
	if err := run(endpoint, timeout, global.Arg(0), global.Args()[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "crictl:", err)
		os.Exit(1)
	}
}

// The same order of precedence as the real one: flag, environment, /etc/crictl.yaml.
func defaultEndpoint() string {
	if e := os.Getenv("CONTAINER_RUNTIME_ENDPOINT"); e != "" {
		return e
	}
	if file, err := os.Open("/etc/crictl.yaml"); err == nil {
		defer file.Close()
		for lines := bufio.NewScanner(file); lines.Scan(); {
			if value := strings.TrimPrefix(lines.Text(), "runtime-endpoint:"); value != lines.Text() {
				return strings.Trim(value, ` "'`)
			}
		}
	}
	return "unix:///run/containerd/containerd.sock"
}

func stringFlag(set *flag.FlagSet, to *string, names ...string) {
	for _, name := range names {
		set.StringVar(to, name, *to, "")
	}
}

func boolFlag(set *flag.FlagSet, to *bool, names ...string) {
	for _, name := range names {
		set.BoolVar(to, name, false, "")
	}
}

func connect(endpoint, timeout string) (*client, error) {
	if strings.Trim(timeout, "0123456789") == "" {
		timeout += "s"
	}
	limit, err := time.ParseDuration(timeout)
	if err != nil {
		return nil, err
	}
	if !strings.Contains(endpoint, "://") {
		endpoint = "unix://" + endpoint
	}
	ctx, _ := context.WithTimeout(context.Background(), limit)
	// gRPC would try a missing socket again and again before it said anything.
	probe, err := net.Dial("unix", strings.TrimPrefix(endpoint, "unix://"))
	if err != nil {
		return nil, fmt.Errorf("no container runtime: %v", err)
	}
	probe.Close()
	connection, err := grpc.DialContext(ctx, endpoint, grpc.WithInsecure(),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(16<<20)))
	if err != nil {
		return nil, err
	}
	return &client{ctx, cri.NewRuntimeServiceClient(connection), cri.NewImageServiceClient(connection)}, nil
}

type options struct {
	all, quiet, force                                      bool
	output, name, namespace, pod, state, label, tail, wait string
}

// Go's own parser stops at the first argument; the real crictl takes options after it too.
func parse(command string, args []string) (o options, rest []string) {
	set := flag.NewFlagSet(command, flag.ExitOnError)
	set.Usage = func() { fmt.Fprint(os.Stderr, usage) }
	boolFlag(set, &o.all, "a", "all")
	boolFlag(set, &o.quiet, "q", "quiet")
	boolFlag(set, &o.force, "f", "force")
	var ignored bool
	boolFlag(set, &ignored, "no-trunc", "v", "verbose", "s", "sync", "i", "t")
	stringFlag(set, &o.output, "o", "output")
	stringFlag(set, &o.name, "name")
	stringFlag(set, &o.namespace, "namespace")
	stringFlag(set, &o.pod, "p", "pod")
	stringFlag(set, &o.state, "state")
	stringFlag(set, &o.label, "label")
	stringFlag(set, &o.tail, "tail")
	stringFlag(set, &o.wait, "timeout")
	for len(args) > 0 {
		_ = set.Parse(args)
		if command == "exec" {
			return o, set.Args()
		}
		if set.NArg() == 0 {
			break
		}
		rest = append(rest, set.Arg(0))
		args = set.Args()[1:]
	}
	return o, rest
}

func run(endpoint, timeout, command string, args []string) error {
	o, args := parse(command, args)
	c, err := connect(endpoint, timeout)
	if err != nil {
		return err
	}
	each := func(do func(string) error) error {
		if len(args) == 0 && !o.all {
			return fmt.Errorf("%s: nothing named", command)
		}
		for _, arg := range args {
			if err := do(arg); err != nil {
				return fmt.Errorf("%s %s: %v", command, arg, err)
			}
		}
		return nil
	}
	switch command {
	case "version":
		return c.version()
	case "info":
		return c.info()
	case "images", "image", "img":
		return c.listImages(o, args)
	case "pull":
		return each(c.pull)
	case "inspecti":
		return each(c.inspectImage)
	case "rmi":
		return each(func(name string) error {
			_, err := c.images.RemoveImage(c.ctx, &cri.RemoveImageRequest{Image: &cri.ImageSpec{Image: name}})
			return err
		})
	case "pods":
		return c.listPods(o)
	case "inspectp":
		return each(func(id string) error {
			status, err := c.runtime.PodSandboxStatus(c.ctx, &cri.PodSandboxStatusRequest{PodSandboxId: c.podID(id), Verbose: true})
			if err != nil {
				return err
			}
			return printStatus(status.Status, status.Info)
		})
	case "stopp":
		return each(c.stopPod)
	case "rmp":
		if o.all {
			if args, err = c.podIDs(); err != nil {
				return err
			}
		}
		return each(func(id string) error {
			if o.force {
				if err := c.stopPod(id); err != nil {
					return err
				}
			}
			_, err := c.runtime.RemovePodSandbox(c.ctx, &cri.RemovePodSandboxRequest{PodSandboxId: c.podID(id)})
			return said("Removed sandbox", id, err)
		})
	case "ps":
		return c.listContainers(o)
	case "inspect":
		return each(func(id string) error {
			status, err := c.status(id)
			if err != nil {
				return err
			}
			return printStatus(status.Status, status.Info)
		})
	case "stop":
		return each(func(id string) error { return c.stopContainer(id, o.wait) })
	case "rm":
		if o.all {
			if args, err = c.containerIDs(); err != nil {
				return err
			}
		}
		return each(func(id string) error {
			if o.force {
				if err := c.stopContainer(id, "0"); err != nil {
					return err
				}
			}
			_, err := c.runtime.RemoveContainer(c.ctx, &cri.RemoveContainerRequest{ContainerId: c.containerID(id)})
			return said("Removed", id, err)
		})
	case "logs":
		return each(func(id string) error { return c.logs(id, o.tail) })
	case "exec":
		return c.exec(args)
	}
	return fmt.Errorf("%s is not a command of this stand-in\n%s", command, usage)
}

func said(what, id string, err error) error {
	if err == nil {
		fmt.Println(what, id)
	}
	return err
}

func (c *client) version() error {
	v, err := c.runtime.Version(c.ctx, &cri.VersionRequest{Version: "v1alpha2"})
	if err == nil {
		fmt.Printf("Version:  %s\nRuntimeName:  %s\nRuntimeVersion:  %s\nRuntimeApiVersion:  %s\n",
			v.Version, v.RuntimeName, v.RuntimeVersion, v.RuntimeApiVersion)
	}
	return err
}

func (c *client) info() error {
	status, err := c.runtime.Status(c.ctx, &cri.StatusRequest{Verbose: true})
	if err != nil {
		return err
	}
	return printStatus(status.Status, status.Info)
}

// Asking a registry for what is already here would fail where there is none.
func (c *client) pull(name string) error {
	image, err := c.image(name)
	if err == nil && image != nil {
		return said("Image is up to date for", image.Id, nil)
	}
	pulled, err := c.images.PullImage(c.ctx, &cri.PullImageRequest{Image: &cri.ImageSpec{Image: name}})
	if err != nil {
		return err
	}
	return said("Image is up to date for", pulled.ImageRef, nil)
}

func (c *client) image(name string) (*cri.Image, error) {
	status, err := c.images.ImageStatus(c.ctx, &cri.ImageStatusRequest{Image: &cri.ImageSpec{Image: name}})
	if err != nil {
		return nil, err
	}
	return status.Image, nil
}

func (c *client) inspectImage(name string) error {
	image, err := c.image(name)
	if err != nil {
		return err
	}
	if image == nil {
		return fmt.Errorf("no such image")
	}
	return printStatus(image, nil)
}

func (c *client) listImages(o options, args []string) error {
	list, err := c.images.ListImages(c.ctx, &cri.ListImagesRequest{})
	if err != nil {
		return err
	}
	if len(args) > 0 {
		kept := list.Images[:0]
		for _, image := range list.Images {
			if strings.Contains(strings.Join(image.RepoTags, " ")+image.Id, args[0]) {
				kept = append(kept, image)
			}
		}
		list.Images = kept
	}
	if o.output == "json" {
		return printJSON(list)
	}
	var rows [][]string
	for _, image := range list.Images {
		if o.quiet {
			fmt.Println(image.Id)
			continue
		}
		tags := image.RepoTags
		if len(tags) == 0 {
			tags = []string{"<none>:<none>"}
		}
		for _, tag := range tags {
			at := strings.LastIndex(tag, ":")
			rows = append(rows, []string{tag[:at], tag[at+1:], short(strings.TrimPrefix(image.Id, "sha256:")), fmt.Sprintf("%.1fMB", float64(image.Size_)/1e6)})
		}
	}
	return table(o, "IMAGE TAG IMAGE-ID SIZE", rows)
}

func labels(of string) map[string]string {
	if at := strings.Index(of, "="); at > 0 {
		return map[string]string{of[:at]: of[at+1:]}
	}
	return nil
}

func (c *client) listPods(o options) error {
	filter := &cri.PodSandboxFilter{LabelSelector: labels(o.label)}
	switch strings.ToLower(o.state) {
	case "ready":
		filter.State = &cri.PodSandboxStateValue{State: cri.PodSandboxState_SANDBOX_READY}
	case "notready":
		filter.State = &cri.PodSandboxStateValue{State: cri.PodSandboxState_SANDBOX_NOTREADY}
	}
	list, err := c.runtime.ListPodSandbox(c.ctx, &cri.ListPodSandboxRequest{Filter: filter})
	if err != nil {
		return err
	}
	kept := list.Items[:0]
	for _, pod := range list.Items {
		if strings.Contains(pod.Metadata.Name, o.name) && (o.namespace == "" || pod.Metadata.Namespace == o.namespace) {
			kept = append(kept, pod)
		}
	}
	list.Items = kept
	if o.output == "json" {
		return printJSON(list)
	}
	var rows [][]string
	for _, pod := range list.Items {
		if o.quiet {
			fmt.Println(pod.Id)
			continue
		}
		rows = append(rows, []string{short(pod.Id), age(pod.CreatedAt), strings.TrimPrefix(pod.State.String(), "SANDBOX_"),
			pod.Metadata.Name, pod.Metadata.Namespace, fmt.Sprint(pod.Metadata.Attempt)})
	}
	return table(o, "POD-ID AGE STATE NAME NAMESPACE ATTEMPT", rows)
}

func (c *client) podIDs() (ids []string, err error) {
	list, err := c.runtime.ListPodSandbox(c.ctx, &cri.ListPodSandboxRequest{})
	if err == nil {
		for _, pod := range list.Items {
			ids = append(ids, pod.Id)
		}
	}
	return ids, err
}

func (c *client) containerIDs() (ids []string, err error) {
	list, err := c.runtime.ListContainers(c.ctx, &cri.ListContainersRequest{})
	if err == nil {
		for _, container := range list.Containers {
			ids = append(ids, container.Id)
		}
	}
	return ids, err
}

// The runtime knows full ids only; tables show short ones.
func complete(id string, ids []string) string {
	for _, full := range ids {
		if strings.HasPrefix(full, id) {
			return full
		}
	}
	return id
}

func (c *client) podID(id string) string {
	ids, _ := c.podIDs()
	return complete(id, ids)
}

func (c *client) containerID(id string) string {
	ids, _ := c.containerIDs()
	return complete(id, ids)
}

func (c *client) stopPod(id string) error {
	_, err := c.runtime.StopPodSandbox(c.ctx, &cri.StopPodSandboxRequest{PodSandboxId: c.podID(id)})
	return said("Stopped sandbox", id, err)
}

func (c *client) stopContainer(id, wait string) error {
	var seconds int64
	_, _ = fmt.Sscan(wait, &seconds)
	_, err := c.runtime.StopContainer(c.ctx, &cri.StopContainerRequest{ContainerId: c.containerID(id), Timeout: seconds})
	return said("Stopped", id, err)
}

func (c *client) listContainers(o options) error {
	filter := &cri.ContainerFilter{LabelSelector: labels(o.label)}
	if o.pod != "" {
		filter.PodSandboxId = c.podID(o.pod)
	}
	if o.state == "" && !o.all {
		o.state = "running"
	}
	if state, known := cri.ContainerState_value["CONTAINER_"+strings.ToUpper(o.state)]; known {
		filter.State = &cri.ContainerStateValue{State: cri.ContainerState(state)}
	}
	list, err := c.runtime.ListContainers(c.ctx, &cri.ListContainersRequest{Filter: filter})
	if err != nil {
		return err
	}
	kept := list.Containers[:0]
	for _, container := range list.Containers {
		if strings.Contains(container.Metadata.Name, o.name) {
			kept = append(kept, container)
		}
	}
	list.Containers = kept
	if o.output == "json" {
		return printJSON(list)
	}
	var rows [][]string
	for _, container := range list.Containers {
		if o.quiet {
			fmt.Println(container.Id)
			continue
		}
		rows = append(rows, []string{short(container.Id), short(strings.TrimPrefix(container.ImageRef, "sha256:")), age(container.CreatedAt),
			strings.TrimPrefix(container.State.String(), "CONTAINER_"), container.Metadata.Name,
			fmt.Sprint(container.Metadata.Attempt), short(container.PodSandboxId), container.Labels["io.kubernetes.pod.name"]})
	}
	return table(o, "CONTAINER IMAGE AGE STATE NAME ATTEMPT POD-ID POD", rows)
}

func (c *client) status(id string) (*cri.ContainerStatusResponse, error) {
	return c.runtime.ContainerStatus(c.ctx, &cri.ContainerStatusRequest{ContainerId: c.containerID(id), Verbose: true})
}

// Lines of a CRI log: time, stream, a flag, the text.
func (c *client) logs(id, tail string) error {
	status, err := c.status(id)
	if err != nil {
		return err
	}
	file, err := os.Open(status.Status.LogPath)
	if err != nil {
		return err
	}
	defer file.Close()
	text, err := ioutil.ReadAll(file)
	if err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var count int
	if n, _ := fmt.Sscan(tail, &count); n == 1 && count >= 0 && count < len(lines) {
		lines = lines[len(lines)-count:]
	}
	for _, line := range lines {
		if parts := strings.SplitN(line, " ", 4); len(parts) == 4 {
			if parts[1] == "stderr" {
				fmt.Fprintln(os.Stderr, parts[3])
			} else {
				fmt.Println(parts[3])
			}
		}
	}
	return nil
}

func (c *client) exec(args []string) error {
	if len(args) < 2 {
		return fmt.Errorf("exec: CONTAINER COMMAND ... wanted")
	}
	result, err := c.runtime.ExecSync(c.ctx, &cri.ExecSyncRequest{ContainerId: c.containerID(args[0]), Cmd: args[1:]})
	if err != nil {
		return err
	}
	_, _ = os.Stdout.Write(result.Stdout)
	_, _ = os.Stderr.Write(result.Stderr)
	os.Exit(int(result.ExitCode))
	return nil
}

func short(id string) string {
	if len(id) > 13 {
		return id[:13]
	}
	return id
}

func age(created int64) string {
	return time.Since(time.Unix(0, created)).Truncate(time.Second).String()
}

func table(o options, header string, rows [][]string) error {
	if o.quiet {
		return nil
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, strings.Join(strings.Fields(header), "\t"))
	for _, row := range rows {
		fmt.Fprintln(out, strings.Join(row, "\t"))
	}
	return out.Flush()
}

var marshaler = jsonpb.Marshaler{EmitDefaults: true, Indent: "  "}

func printJSON(message proto.Message) error {
	defer fmt.Println()
	return marshaler.Marshal(os.Stdout, message)
}

// Like the real one: "status", and beside it what the runtime adds, JSON or a plain word each.
func printStatus(message proto.Message, info map[string]string) error {
	status, err := marshaler.MarshalToString(message)
	if err != nil {
		return err
	}
	document := map[string]interface{}{"status": json.RawMessage(status)}
	for key, value := range info {
		if json.Valid([]byte(value)) {
			document[key] = json.RawMessage(value)
		} else {
			document[key] = value
		}
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}
