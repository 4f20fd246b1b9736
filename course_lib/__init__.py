"""What a notebook of the course imports: one small room an idea, one direction of flow.

The mathematics: schedules, forward, parameterisations, gaussians, losses, guidance, samplers, metrics.
The network and its files: unet, training, checkpoints, adapters, device, data.
What one sees: frames, figures, pictures, widgets.
What one does: exercises, progress. For all of them: lang (every sentence), files.
"""

__version__ = "0.1.0"
