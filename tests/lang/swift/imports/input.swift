import Foundation
import UIKit.UIView
@testable import App
import struct Darwin.stat
import func Glibc.exit
class A {}
