# SPDX-License-Identifier: MIT
"""Figures against goals: a table for people, JSON for scripts."""
import json
import statistics

import rig

MET = {None: '', True: 'met', False: 'NOT MET'}


class Report:
    def __init__(self, name):
        self.name = name
        self.data = {'machine': rig.machine(), 'speed': {}, 'goals': []}

    def head(self):
        m = self.data['machine']
        print(f'{m["cpu"]}, {m["cores"]} cores, {m["memory_mb"]} MB, Linux {m["kernel"]}, '
              f'SQLite {m["sqlite"]}; {m["date"]}, tree {m["tree"]}, load {m["load"]:.1f}')
        print('one commit (WAL, synchronous=FULL): {median:.2f} ms, 1 in 100 over {p99:.2f} ms'
              .format(**m['commit_ms']), flush=True)

    def speed(self, where, peer, runs):
        """`runs`: letters a second of each run, or a word why there are none."""
        figure = runs if isinstance(runs, str) else rig.spread(runs)
        self.data['speed'].setdefault(peer, {})[where] = figure

    def show_speed(self, wheres):
        print(f'\n{"letters a second":22}' + ''.join(f'{w:>26}' for w in wheres))
        for peer, row in self.data['speed'].items():
            cells = [cell(row.get(w)) for w in wheres]
            print(f'{peer:22}' + ''.join(f'{c:>26}' for c in cells))

    def goal(self, figure, goal, values, most=None, least=None, unit=''):
        """Several runs of one figure; the median decides."""
        if not values:
            return
        median = statistics.median(values)
        met = None
        if most is not None or least is not None:
            met = (most is None or median <= most) and (least is None or median >= least)
        self.data['goals'].append({'figure': figure, 'goal': goal, 'unit': unit, 'met': met,
                                   **rig.spread(values)})

    def show_goals(self):
        print(f'\n{"figure":58}{"goal":>14}{"measured (lowest-highest)":>32}')
        for g in self.data['goals']:
            text = f'{number(g["median"])}{g["unit"]}'
            if g['runs'] > 1:
                text += f' ({number(g["min"])}-{number(g["max"])})'
            print(f'{g["figure"]:58}{g["goal"]:>14}{text:>32}  {MET[g["met"]]}')

    def write(self):
        path = rig.WORK / self.name
        path.write_text(json.dumps(self.data, indent=1, ensure_ascii=False) + '\n')
        print(f'\n{path}')


def number(v):
    return f'{v:,.0f}' if v >= 100 else f'{v:.1f}' if v >= 10 else f'{v:.2f}'


def cell(figure):
    if figure is None:
        return ''
    if isinstance(figure, str):
        return figure
    return '{} ({}-{})'.format(*(number(figure[k]) for k in ('median', 'min', 'max')))


def ratios(above, below):
    """Of runs of the same round, so that what shakes the machine shakes both."""
    return [a / b for a, b in zip(above, below)]
