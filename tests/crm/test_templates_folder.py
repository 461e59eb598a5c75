from crm.templates_folder import templates_folder


def test_the_templates_are_found_from_wherever_the_program_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (templates_folder() / "report" / "report.html").is_file()
