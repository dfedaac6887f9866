use crate::support::{Home, tool};

#[test]
fn completions_that_their_shells_understand() {
    let home = Home::new();
    for shell in ["bash", "zsh", "fish"] {
        let ran = home.run(&["completions", shell]);
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        assert!(ran.stdout.contains("kubeconfig"), "{shell}");
        let path = home.file(&format!("completions.{shell}"), &ran.stdout);
        if let Some(checked) = tool(shell, &["-n", &path], "") {
            assert_eq!((checked.code, checked.stderr.as_str()), (0, ""), "{shell}");
        }
    }
    assert_eq!(home.run(&["completions", "tcsh"]).code, 2);
}

#[test]
fn bash_completes_a_command() {
    let home = Home::new();
    let script = home.run(&["completions", "bash"]).stdout;
    let path = home.file("completions.bash", &script);
    let ask = format!(
        "source {path}; COMP_WORDS=(provisioner kube); COMP_CWORD=1; \
         _provisioner provisioner kube provisioner; echo \"${{COMPREPLY[*]}}\""
    );
    let Some(ran) = tool("bash", &["-c", &ask], "") else { return };
    assert_eq!(ran.stdout, "kubeconfig\n", "{}", ran.stderr);
}

#[test]
fn one_manual_page_has_every_command() {
    let page = Home::new().run(&["man"]);
    assert_eq!((page.code, page.stderr.as_str()), (0, ""));
    assert_eq!(page.stdout.matches(".TH ").count(), 1);
    for section in ["PROVISIONER UP", "PROVISIONER RUNS SHOW", "PROVISIONER MAN"] {
        assert!(page.stdout.contains(&format!(".SH \"{section}\"")), "{section}");
    }
    let arguments = ["-man", "-Tascii", "-ww", "-P-cbou"];
    if let Some(rendered) = tool("groff", &arguments, &page.stdout) {
        assert_eq!((rendered.code, rendered.stderr.as_str()), (0, ""));
        assert!(rendered.stdout.contains("PROVISIONER RUNS SHOW"), "{}", rendered.stdout);
        assert_eq!(rendered.stdout.matches("--parallelism <N>").count(), 1, "{}", rendered.stdout);
    }
}

#[test]
fn a_manual_page_for_each_command() {
    let home = Home::new();
    let ran = home.run(&["man", "--dir", "man1"]);
    assert_eq!((ran.code, ran.stdout.as_str()), (0, ""), "{}", ran.stderr);
    for page in ["provisioner.1", "provisioner-up.1", "provisioner-runs-show.1"] {
        assert!(home.path().join("man1").join(page).exists(), "{page}");
    }
    home.file("a-file", "");
    assert_eq!(home.run(&["man", "--dir", "a-file"]).code, 1);
}
