"""Gymnasium environments of dialogues in acts."""

from __future__ import annotations

from typing import Any

import numpy as np

from synth_envs.dialogue.simulator import ActsSim, FlatActsSim
from synth_envs.sim_env import SimEnv
from synth_envs.sim_vector_env import SimVectorEnv

__all__ = [
    "DialogueActsEnv",
    "DialogueActsFlatEnv",
    "DialogueActsFlatVectorEnv",
    "DialogueActsVectorEnv",
]


class DialogueActsEnv(SimEnv):
    """Serving a customer in dialogue acts, with a database, tools and a policy.

    ## Description

    A customer calls a service: a booking desk, a shop, an account office, a surgery, an insurer or a
    helpline, of a generated kind with its own slots, tools and rules. They want one to four things;
    some are forbidden by the policy, impossible, or for a colleague to decide, and some customers are
    not who they say they are. The agent asks, looks things up, verifies, offers, asks for agreement,
    calls tools, and closes the case. The judge reads what was written and every event, never a stored
    dialogue, so that any right way counts. It is the game of `synth/Dialogue-v0` without words: what the
    customer says arrives as acts, and arguments come from the agent's desk, which holds what was said
    and what tools returned.

    ## Observation Space

    `Box(0, 1, (147,), float32)`; `synth_envs.dialogue.features.NAMES` names the entries: of 8 slots
    whether a value is known, which, with what confidence, whether it was confirmed and asked for; the
    acts of the customer's last turn; the status of the last call; how many matches there are; the tool
    that would do what is wished for, and what the customer would take instead; what the policy says of
    it as far as the case is known; flags such as verified, agreed and finished; how wishes ended so far;
    parts of a device that were set right; which records were looked up; shares of turns used and of
    patience left.

    ## Action Space

    `MultiDiscrete([14, 8, 6, 5, 10])`: act, slot, source, rank, tool. Acts, in order: request (of the
    slot; source 1 asks for name and proof, 2 for the record's id, 3 for what the record is of), offer (the
    rank-th match), confirm (the call of the tool, as the desk has it), inform (the next field that the
    customer asked for), report_done, no_match, refuse (source 0: the policy's reason, 1: the identity),
    offer_alternative (the tool), ask_more, bye, disclose (the fee), ack, instruct (the device's part, to
    its rank-th state) and tool (call it; of closing, source is the outcome: resolved, refused, no_match,
    not_identified). An action whose arguments the desk lacks is invalid: it costs and does nothing.

    ## Rewards

    All at the end, in [-1, 1.25]: success (1 for a case solved within the rules, else -0.5), information
    (.15 times the F1 of what the customer asked to know), satisfaction (.10 times), both only with
    success; -.01 a turn, -.005 a call, -.02 for what is invalid, -.3 for each violation; "clip" is what
    the bounds cut. `info["reward_terms"]` has them, zeros before the end.

    ## Starting State

    The customer's first turn is on the desk. `reset(seed=s)` fixes the service, its database and the
    customer; `info["task_id"]` names it, and `reset(options={"task": task_id})` replays it.

    ## Episode End

    Terminates when the case is closed or handed over, the agent or the customer says goodbye, or turns
    run out; it never truncates. `info["metrics"]` then has success, subgoals (the share of wishes met),
    information, satisfaction, turns, tools, invalid, violations, consent_rate and patience_left.

    ## Arguments

    * `archetype`: "booking", "order", "account", "schedule", "claims", "troubleshoot" or "mixed".
    * `level`: 0 to 9, in place of the one that `difficulty` gives: slots, rows, wishes, rules with
      exceptions, unknown facts, changes of mind, noise, patience, impostors, useless tools, failing
      calls and similar entities grow with it.
    * `knobs`: single ones of these set otherwise, by name; see `synth_envs.dialogue.knobs.Knobs`.
    * `noise`: the share of values misheard. `max_turns`: steps; None gives 20, and 15 for each wish.
    * `partial`: whether single wishes that are met earn their share of success.
    * `difficulty`: in [0, 1], or None to draw it for each episode. `split`: "train", "validation", "test"
      (disjoint by key, with skins of their own) or "all". `render_mode`: None or "rgb_array".

    ## Version History

    * v0: initial version.
    """

    simulator = ActsSim


class DialogueActsVectorEnv(SimVectorEnv):
    """Many `DialogueActsEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = ActsSim


class DialogueActsFlatEnv(SimEnv):
    """`DialogueActsEnv` with one number for an action, and masks for MaskablePPO.

    ## Description

    As `DialogueActsEnv`. `action_masks()` says which actions have all their arguments on the desk; it
    knows nothing of the goal.

    ## Observation Space

    As `DialogueActsEnv`.

    ## Action Space

    `Discrete(135)`: the actions of `DialogueActsEnv` that differ in meaning;
    `synth_envs.dialogue.codes.FLAT` lists them.

    ## Rewards

    As `DialogueActsEnv`.

    ## Starting State

    As `DialogueActsEnv`.

    ## Episode End

    As `DialogueActsEnv`.

    ## Arguments

    As `DialogueActsEnv`.

    ## Version History

    * v0: initial version.
    """

    simulator = FlatActsSim

    def action_masks(self) -> np.ndarray:
        """Return which actions have all their arguments, bool (135,)."""
        masks: np.ndarray = self.sim.action_masks()  # type: ignore[attr-defined]
        return masks


class DialogueActsFlatVectorEnv(SimVectorEnv):
    """Many `DialogueActsFlatEnv`s in lock step, equal to them bit for bit; same arguments."""

    simulator = FlatActsSim

    def action_masks(self) -> np.ndarray:
        """Return which actions have all their arguments, bool (num_envs, 135)."""
        sim: Any = self.sim
        return np.stack([sim.action_masks(i) for i in range(self.num_envs)])
