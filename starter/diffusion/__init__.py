"""The provided code: read it, call it, but do not edit it. Only sampler.py and score.py are yours.

schedule   the tables alpha_bar          tensors   argument checks, broadcasting, noise
toy        2-D data with an exact score  mlp       a small noise predictor for 2-D points
pictures   the figures of make figures
"""
