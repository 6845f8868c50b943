"""Somebody plays an environment in the terminal: what `synth-envs play` shows and reads."""

from typing import Any

import gymnasium as gym

__all__ = ["play_simulator", "play_tasks"]


def play_tasks(env: gym.Env[Any, Any], episodes: int, seed: int | None) -> None:
    """Ask for answers to tasks, and count those that are solved.

    Args:
        env: A text environment.
        episodes: How many tasks.
        seed: Of the first; None draws it.
    """
    solved = 0
    played = 0
    print("Type an answer and press Enter; an empty line skips the task, Ctrl-D ends.")
    print("An answer of several lines stands between two lines of ```.\n")
    for episode in range(episodes):
        prompt, _ = env.reset(seed=seed if episode == 0 else None)
        print(f"--- task {episode + 1} of {episodes} ---\n{prompt}\n")
        played += 1
        over = False
        reward: float = 0.0
        while not over:
            try:
                answer = _read_answer()
            except EOFError:
                print(f"\n{solved} of {played - 1} tasks solved.")
                return
            if not answer.strip():
                break
            feedback, value, terminated, truncated, _ = env.step(answer)
            reward, over = float(value), terminated or truncated
            print(feedback)
        solved += reward == 1.0
        print()
    print(f"{solved} of {played} tasks solved.")


def play_simulator(env: gym.Env[Any, Any], episodes: int, seed: int | None) -> None:
    """Play a simulator that is told in words.

    Args:
        env: It.
        episodes: How many.
        seed: Of the first; None draws it.
    """
    print("Type a command and press Enter; an empty line keeps on, Ctrl-D ends.\n")
    for episode in range(episodes):
        told, _ = env.reset(seed=seed if episode == 0 else None)
        print(f"--- episode {episode + 1} of {episodes} ---")
        total, over = 0.0, False
        while not over:
            print(f"{told}\n")
            try:
                command = input("> ").strip() or "keep"
            except EOFError:
                print()
                return
            told, reward, terminated, truncated, info = env.step(command)
            total, over = total + float(reward), terminated or truncated
            print(f"reward {float(reward):+.2f}, {total:.2f} in all")
        outcome = "crashed" if info["metrics"]["collision"] else "no crash"
        print(f"The episode is over: {outcome}, {total:.2f} in all.\n")


def _read_answer() -> str:
    """One line, or the lines from one that begins with ``` to the next such line."""
    lines = [input("> ")]
    if lines[0].lstrip().startswith("```"):
        while len(lines) == 1 or not lines[-1].lstrip().startswith("```"):
            lines.append(input("| "))
    return "\n".join(lines)
