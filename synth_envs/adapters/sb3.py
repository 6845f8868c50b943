"""Stable-Baselines3 trains on Gymnasium's vector environments, which it does not take by itself.

A native vector environment steps all its episodes in one call, so nothing is gained by SB3's own
`DummyVecEnv` or `SubprocVecEnv` around scalar ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv

try:
    from stable_baselines3.common.vec_env import VecEnv
except ImportError:  # said by the constructor, so that this module can be looked at without it
    VecEnv = None

__all__ = ["Sb3VecEnv"]

#: Where Gymnasium puts what belongs to the episodes that ended, and who has it.
_FINAL = ("final_obs", "_final_obs", "final_info", "_final_info")


class Sb3VecEnv(VecEnv or object):  # type: ignore[misc]
    """A Gymnasium vector environment as a `VecEnv` of Stable-Baselines3.

    It gives what `DummyVecEnv` gives around the scalar environments: float32 rewards, one info
    dictionary for each environment with "TimeLimit.truncated", at an episode's end also with
    "terminal_observation", and the infos of the episode that ended; those of the reset are in
    `reset_infos`. `VecMonitor` and `VecNormalize` go around it as usual; the statistics of
    Gymnasium's vector `RecordEpisodeStatistics` within it arrive as `info["episode"]`.

    The environments of a batch share their attributes: `get_attr` answers the same for each, and
    `set_attr` and `env_method` act on all at once.

    Args:
        env: A vector environment, possibly wrapped, that begins the next episode within the step
            that ends one: `gym.make_vec(id, n, autoreset_mode="SameStep")`.

    Raises:
        ImportError: Stable-Baselines3 is not installed.
        TypeError: It is no vector environment.
        ValueError: It begins episodes in another way.
    """

    def __init__(self, env: Any) -> None:
        if VecEnv is None:
            msg = (
                'Stable-Baselines3 is not installed; install it with: pip install "synth-envs[sb3]"'
            )
            raise ImportError(msg)
        if not isinstance(env, VectorEnv):
            msg = (
                f"expected a gymnasium.vector.VectorEnv, got {type(env).__name__}; make one with "
                'gym.make_vec(id, n, autoreset_mode="SameStep")'
            )
            raise TypeError(msg)
        mode = env.metadata.get("autoreset_mode")
        if mode is not AutoresetMode.SAME_STEP:
            msg = (
                "Stable-Baselines3 expects the next episode's observation in the step that ends one: "
                f'make the environment with autoreset_mode="SameStep", not {mode}'
            )
            raise ValueError(msg)
        self.env: Any = env
        self._actions: np.ndarray | None = None
        super().__init__(env.num_envs, env.single_observation_space, env.single_action_space)
        self.metadata = env.metadata

    def reset(self) -> Any:
        """Begin new episodes, with the seeds and options given by `seed` and `set_options`.

        Raises:
            ValueError: The options differ between environments.
        """
        options = self._options[0]
        if any(one != options for one in self._options):
            msg = "the options of a reset must be the same for all environments of a batch"
            raise ValueError(msg)
        seeds = None if all(seed is None for seed in self._seeds) else list(self._seeds)
        observations, infos = self.env.reset(seed=seeds, options=options or None)
        self.reset_infos = _unbatched(infos, self.num_envs)
        self._reset_seeds()
        self._reset_options()
        return observations

    def step_async(self, actions: np.ndarray) -> None:
        """Keep the actions of the next `step_wait`."""
        self._actions = actions

    def step_wait(self) -> tuple[Any, np.ndarray, np.ndarray, list[dict[str, Any]]]:
        """Take the step; return observations, rewards, whether episodes are over, and infos."""
        observations, rewards, terminations, truncations, batch = self.env.step(self._actions)
        dones = terminations | truncations
        final = {name: batch.pop(name, None) for name in _FINAL}
        infos = _unbatched(batch, self.num_envs)
        ended = _unbatched(final["final_info"] or {}, self.num_envs)
        for i in np.flatnonzero(dones).tolist():
            info = ended[i] | {"terminal_observation": final["final_obs"][i]}
            if "episode" in infos[i]:
                info["episode"] = infos[i].pop("episode")
            self.reset_infos[i], infos[i] = infos[i], info
        for info, out_of_time in zip(infos, (truncations & ~terminations).tolist(), strict=True):
            info["TimeLimit.truncated"] = out_of_time
        return observations, rewards.astype(np.float32), dones, infos

    def close(self) -> None:
        """Close the environment."""
        self.env.close()

    def get_images(self) -> Sequence[np.ndarray | None]:
        """Return a picture of each environment, or None for each without a render mode."""
        images: Sequence[np.ndarray | None] | None = self.env.render()
        return [None] * self.num_envs if images is None else images

    def get_attr(self, attr_name: str, indices: Any = None) -> list[Any]:
        """Return an attribute of the vector environment, once for each of the indices.

        Raises:
            AttributeError: There is no such attribute.
        """
        return [self._attribute(attr_name)] * self._count(indices)

    def set_attr(self, attr_name: str, value: Any, indices: Any = None) -> None:
        """Set an attribute of the vector environment.

        Raises:
            ValueError: Only some of the environments are meant.
        """
        if self._count(indices) != self.num_envs:
            msg = f"the environments of a batch share {attr_name!r}: set it for all of them"
            raise ValueError(msg)
        setattr(self.env.unwrapped, attr_name, value)

    def env_method(
        self, method_name: str, *method_args: Any, indices: Any = None, **method_kwargs: Any
    ) -> list[Any]:
        """Call a method of the vector environment once; return its result for each of the indices.

        Of `action_masks`, by which MaskablePPO asks, each gets its own row.

        Raises:
            AttributeError: There is no such method.
        """
        result = self._attribute(method_name)(*method_args, **method_kwargs)
        if method_name == "action_masks":
            return [result[i] for i in self._get_indices(indices)]
        return [result] * self._count(indices)

    def env_is_wrapped(self, wrapper_class: type, indices: Any = None) -> list[bool]:
        """Return False for each of the indices: no wrapper is around a single environment."""
        del wrapper_class
        return [False] * self._count(indices)

    def _attribute(self, name: str) -> Any:
        return getattr(self.env if hasattr(self.env, name) else self.env.unwrapped, name)

    def _count(self, indices: int | Iterable[int] | None) -> int:
        return len(list(self._get_indices(indices)))


def _unbatched(batch: Mapping[str, Any], num_envs: int) -> list[dict[str, Any]]:
    """Return Gymnasium's batch of infos as one dictionary for each environment.

    Args:
        batch: Columns of num_envs values, or dictionaries of such; "_name" says who has "name", and
            without it all do.
        num_envs: How many environments there are.
    """
    rows: list[dict[str, Any]] = [{} for _ in range(num_envs)]
    for name, column in batch.items():
        if name.startswith("_") and name[1:] in batch:
            continue
        values = column
        if isinstance(column, Mapping):
            values = _unbatched(column, num_envs)
        elif isinstance(column, np.ndarray) and column.ndim == 1:
            values = column.tolist()
        mask = batch.get(f"_{name}")
        for i in range(num_envs) if mask is None else np.flatnonzero(mask).tolist():
            rows[i][name] = values[i]
    return rows
