"""Grading: learners' notebooks in, one verdict for each exercise out, whatever the notebooks do.

| Room | What it holds |
|---|---|
| `submissions` | Learners' notebooks, read without trusting them: who, which chapter, each answer's text |
| `tasks` | A task, its limits and its verdict, each as one JSON line |
| `wire` | Messages between the judge and an answer: JSON and raw numbers, checked, never a pickle |
| `sandbox` | What an answer's process may not do: files, network, processes, memory, time |
| `guard` | The solution taken out of an answer's reach, and a note of who asks for it |
| `remote` | An answer that runs in another process, on both sides of its socket |
| `stage` | A chapter's warm process: runs the canonical notebook, forks for every answer |
| `journal` | What was judged already, and which files of the report are ours |
| `grade` | The command: plans, judges, writes the report, goes on where it was stopped |
| `spread` | The same judging by the workers of a Dask scheduler |
| `report` | Verdicts as CSV, JUnit XML and a page |
"""
