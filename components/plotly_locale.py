"""Plotly's own words and month names in Chinese; plotly.py ships none."""

from __future__ import annotations

from typing import Any

PLOTLY_LOCALE: dict[str, dict[str, Any]] = {
    "en": {"locale": "en"},
    "zh": {
        "locale": "zh-CN",
        "locales": {
            "zh-CN": {
                "dictionary": {
                    "Autoscale": "自动缩放",
                    "Box Select": "框选",
                    "Double-click to zoom back out": "双击还原",
                    "Download plot as a PNG": "下载PNG图片",
                    "Download plot as a png": "下载PNG图片",
                    "Pan": "平移",
                    "Reset axes": "重置坐标轴",
                    "Zoom": "缩放",
                    "Zoom in": "放大",
                    "Zoom out": "缩小",
                },
                "format": {
                    "days": ["星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"],
                    "shortDays": ["周日", "周一", "周二", "周三", "周四", "周五", "周六"],
                    "months": [f"{n}月" for n in ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")],
                    "shortMonths": [f"{n}月" for n in range(1, 13)],
                    "date": "%Y年%-m月%-d日",
                    "decimal": ".",
                    "thousands": ",",
                },
            }
        },
    },
}
