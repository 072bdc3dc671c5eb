# SPDX-License-Identifier: MIT
"""The paper says what the programs do: manual pages, README, samples, completion."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import harness

ROOT = harness.ROOT
PAGES = sorted((ROOT / 'etc/man').glob('*.[1-8]'))
GLOBAL = {'json', 'lang', 'help', 'version'}


def run(*argv, code=0, **kw):
    done = subprocess.run([str(a) for a in argv], capture_output=True, text=True, env=harness.ENV,
                          check=False, **kw)
    if done.returncode != code:
        raise AssertionError(f'{argv}: {done.returncode}\n{done.stdout}{done.stderr}')
    return done.stdout


def ctl(*args):
    return run(harness.program('pressctl'), '--lang', 'en', *args)


def commands():
    """name -> (operands, set of options), as the programs' own table has them."""
    table = {}
    for line in ctl('--help').splitlines():
        m = re.match(r'  ([a-z]+(?: [a-z-]+)?)((?: [A-Z\[|][^ ]*)*)(?:  |$)', line)
        if m:
            text = ctl(*m.group(1).split(), '--help')
            table[m.group(1)] = (m.group(2).strip(), set(re.findall(r'^  --([a-z-]+)', text, re.M)))
    return table


def plain(page):
    """A manual page without its markup."""
    return re.sub(r'\\f.|\\[|&]|\\(?=-)', '', page.read_text())


def sections(text, macro):
    """heading -> what stands under it"""
    out, name = {}, None
    for line in text.splitlines():
        if line.startswith(('.SH', '.SS')):
            name = line[4:].strip().strip('"') if line.startswith(macro) else None
        elif name is not None:
            out[name] = out.get(name, '') + line + '\n'
    return out


class Paper(unittest.TestCase):
    def test_the_pages_are_clean_for_mandoc_and_man(self):
        for page in PAGES:
            with self.subTest(page.name):
                if shutil.which('mandoc'):
                    run('mandoc', '-Tlint', '-Wwarning', page)
                if shutil.which('man'):
                    done = subprocess.run(['man', '--warnings', '-l', str(page)], check=False,
                                          capture_output=True, text=True, env=harness.ENV)
                    self.assertEqual(done.stderr, '')

    def test_there_is_a_page_for_each_program_and_the_configuration(self):
        self.assertLessEqual({'pressctl.1', 'pressd.8', 'press-inbox.8', 'press.conf.5'}, {p.name for p in PAGES})

    def test_press_conf_5_lists_the_settings_in_the_words_of_the_table(self):
        page = (ROOT / 'etc/man/press.conf.5').read_text()
        begin = re.search(r'^\.\\" --- from the table.*\n', page, re.M).end()
        end = page.index('.\\" --- end of the table')
        self.assertEqual(page[begin:end], run(harness.program('tests/options')), 'run: make manual')

    def test_the_sample_shows_every_setting(self):
        sample = (ROOT / 'etc/press.conf').read_text()
        block = ''
        for line in run(harness.program('tests/options')).splitlines():
            if line.startswith('.SS'):
                block = line.split()[1] if line != '.SS General' else ''
                self.assertRegex(sample, rf'(?m)^#? ?{block}\b')
            elif line.startswith('.B '):
                self.assertRegex(sample, rf'(?m)(^|[#{{ ]){line[3:]} *= ', block)

    def with_secret(self, text, folder):
        """The sample with the password files that it names, in `folder`."""
        for name in set(re.findall(r'"/etc/press/(\w+\.password)"', text)):
            (folder / name).write_text('x\n')
            (folder / name).chmod(0o400)
        return text.replace('/etc/press/', f'{folder}/')

    def test_the_sample_is_accepted(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        conf = folder / 'press.conf'
        conf.write_text(self.with_secret((ROOT / 'etc/press.conf').read_text(), folder))
        self.assertEqual(run(harness.program('pressd'), '--check', '-c', conf), f'{conf}: ok\n')

    def test_the_sample_with_every_comment_taken_away_is_accepted(self):
        folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))
        conf = folder / 'press.conf'
        bare = re.sub(r'(?m)^#(?=\w|  \w+ = |\})', '', (ROOT / 'etc/press.conf').read_text())
        conf.write_text(self.with_secret(bare, folder))
        self.assertIn('\ninbox "', conf.read_text())
        run(harness.program('pressd'), '--check', '-c', conf)

    def test_pressctl_1_describes_every_command_and_its_options(self):
        described = sections(plain(ROOT / 'etc/man/pressctl.1'), '.SS')
        table = commands()
        self.assertGreater(len(table), 15)
        for name, (operands, options) in table.items():
            with self.subTest(name):
                heading = f'{name} {operands}'.strip()
                self.assertIn(heading, described)
                for option in options:
                    self.assertRegex(described[heading], rf'--{option}\b')
        for heading in described:  # and no command that is not there
            first = heading.split(' ')[0]
            if first.islower():
                self.assertIn(first, {name.split(' ')[0] for name in table})

    def test_messages_name_only_commands_that_are_there(self):
        there = {name.split(' ')[0]: set() for name in commands()}
        for name in commands():
            first, _, second = name.partition(' ')
            there[first] |= {second} - {''}
        text = (ROOT / 'templates/messages/vi.po').read_text()
        named = re.findall(r'\bpressctl ([a-z]+)(?: ([a-z][a-z-]+))?', text)
        self.assertGreater(len(named), 50)
        for first, second in named:
            self.assertIn(first, there)
            if there[first]:
                self.assertIn(second, there[first], f'pressctl {first} {second}')

    def test_section_8_describes_every_option(self):
        for program in ('pressd', 'press-inbox'):
            page = plain(ROOT / f'etc/man/{program}.8')
            usage = run(harness.program(program), '--help')
            for option in re.findall(r'--([a-z]+)', usage):
                self.assertIn(f'--{option}', page)

    def test_the_manuals_know_every_exit_code(self):
        codes = re.findall(r'EXIT_\w+ = (\d+)', (ROOT / 'include/press/cli.h').read_text())
        page = sections(plain(ROOT / 'etc/man/pressctl.1'), '.SH')['EXIT STATUS']
        for code in codes:
            self.assertRegex(page, rf'(?m)^\.B {code}$')

    def test_the_readme_names_every_command(self):
        readme = (ROOT / 'README.md').read_text()
        for name in commands():
            self.assertRegex(readme, r'\b' + name.replace(' ', r'\b.*\b') + r'\b')

    def test_the_completion_knows_every_command_and_its_options(self):
        script = ROOT / 'etc/pressctl.bash-completion'

        def words(command):
            return set(run('bash', '-c', f'. {script}; _pressctl_words "$1"', '-', command).split())

        table = commands()
        self.assertEqual(words(''), {name.split(' ')[0] for name in table})
        for name, (_, options) in table.items():
            with self.subTest(name):
                first, _, second = name.partition(' ')
                if second:
                    self.assertIn(second, words(first))
                offered = {w.strip('-=') for w in words(name) if w.startswith('--')}
                self.assertEqual(offered, options - GLOBAL)

    def test_the_completion_completes(self):
        script = ROOT / 'etc/pressctl.bash-completion'

        def complete(*line):
            code = ('. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pressctl; '
                    'printf "%s\\n" "${COMPREPLY[@]}"')
            return run('bash', '-c', code, '-', script, *line, cwd=ROOT).split()

        self.assertEqual(complete('pressctl', 'canc'), ['cancel'])
        self.assertIn('--hash', complete('pressctl', 'approve', '7', '--'))
        self.assertEqual(complete('pressctl', 'send', 'x', '--class', 'u'), ['urgent'])
        self.assertEqual(complete('pressctl', 'send', 'READ'), ['README.md'])

    def test_the_unit_starts_what_make_installs(self):
        for program in ('pressd', 'press-inbox'):
            unit = (ROOT / f'systemd/{program}.service').read_text()
            self.assertIn(f'ExecStart=/usr/local/sbin/{program} -c /etc/press/press.conf', unit)
            for page, number in re.findall(r'man:([\w.-]+)\((\d)\)', unit):
                self.assertTrue((ROOT / f'etc/man/{page}.{number}').exists(), page)

    def test_files_that_the_papers_name_are_there(self):
        for paper in ('README.md', 'docs/ARCHITECTURE.md'):
            text = (ROOT / paper).read_text()
            for name in re.findall(r'`((?:src|include|tests|docs|etc|templates|systemd|\.ci)/[^`*<{ ]*)`',
                                   text):
                self.assertTrue(os.path.exists(ROOT / name), f'{paper}: {name}')

    def test_make_install_and_uninstall_agree(self):
        folder = self.enterContext(tempfile.TemporaryDirectory())
        build = os.environ.get('PRESS_BUILD') or 'build'

        def make(target):
            run('make', '-s', target, f'DESTDIR={folder}', 'PREFIX=/usr', f'BUILD={build}', cwd=ROOT)
            return {str(p.relative_to(folder)) for p in pathlib.Path(folder).rglob('*') if p.is_file()}

        there = make('install')
        self.assertLessEqual({'usr/sbin/pressd', 'usr/sbin/press-inbox', 'usr/bin/pressctl', 'etc/press/press.conf',
                              'usr/share/man/man1/pressctl.1', 'usr/share/man/man5/press.conf.5',
                              'usr/share/man/man8/pressd.8',
                              'usr/share/man/man8/press-inbox.8', 'usr/lib/sysusers.d/press.conf',
                              'usr/lib/systemd/system/pressd.service',
                              'usr/lib/systemd/system/press-inbox.service',
                              'usr/lib/systemd/system/press-relay-log.service'}, there)
        unit = pathlib.Path(folder, 'usr/lib/systemd/system/pressd.service').read_text()
        self.assertIn('ExecStart=/usr/sbin/pressd', unit)
        self.assertNotIn('/usr/local', unit)
        mine = pathlib.Path(folder, 'etc/press/press.conf')
        mine.write_text('# mine\n')
        make('install')
        self.assertEqual(mine.read_text(), '# mine\n')
        self.assertEqual(make('uninstall'), {'etc/press/press.conf'})


if __name__ == '__main__':
    unittest.main()
